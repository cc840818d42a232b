/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTCULLIS_VERSION_H
#define PORTCULLIS_VERSION_H

#define PORTCULLIS_VERSION "0.1.0"

#endif
