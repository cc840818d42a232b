/* SPDX-License-Identifier: GPL-2.0-only */
#include "report.h"

#include <stdio.h>

void report_value(const char *method, const char *section, const char *row, const char *contender,
		  double value)
{
	printf("%s\t%s\t%s\t%s\t%.4f\n", method, section, row, contender, value);
}

void report_beside(const char *method, const char *section, const char *row, const char *contender,
		   double value, double reference)
{
	printf("%s\t%s\t%s\t%s\t%.4f\t%.4f\n", method, section, row, contender, value, reference);
}
