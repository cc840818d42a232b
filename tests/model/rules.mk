# The model and the differential test; included by the Makefile.

MODEL := $(wildcard tests/model/*.c)

$(BUILD)/model/test_model: CPPFLAGS += -iquote tests/packets
$(BUILD)/model/test_model: $(call objects,$(BUILD)/plain,$(MODEL) $(HARNESS) $(LIBRARY))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $^ $(LIBS) -lcmocka -o $@
