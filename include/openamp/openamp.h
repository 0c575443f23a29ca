/* The C API of openamp for a host or a device; firmware adds remote.h or firmware.h. */
#ifndef OPENAMP_OPENAMP_H
#define OPENAMP_OPENAMP_H

#include "openamp/bus.h"
#include "openamp/config.h"
#include "openamp/error.h"
#include "openamp/platform.h"
#include "openamp/port.h"
#include "openamp/rpmsg.h"
#include "openamp/rproc.h"
#include "openamp/table.h"
#include "openamp/vdev.h"
#include "openamp/version.h"

#endif // OPENAMP_OPENAMP_H
