/*
 * The device's side of the virtio handshake (virtio 1.1, 3.1), for firmware.
 *
 * The firmware contains a resource table (openamp/table.h).  The host writes the
 * addresses that the table leaves open and, when the host is ready, DRIVER_OK into the
 * status byte.  Thread context, like all of openamp/rpmsg.h.
 *
 * Where to start: bring the link up as soon as the host is ready.  (firmware_link_up() of
 * openamp/firmware.h does this, and goes on in later sessions.)
 *
 *     #include "openamp/remote.h"
 *     #include "openamp/vdev.h"
 *
 *     int begin(struct amp_rpmsg *link, const void *table, size_t table_len) {
 *         struct amp_rpmsg_layout layout;
 *         int error;
 *         while ((error = amp_vdev_open(amp_remote_port(), table, table_len, &layout))
 *             == -AMP_EAGAIN) {
 *             amp_remote_wait(AMP_REMOTE_FOREVER); // for the host's doorbell
 *         }
 *         return error != 0 ? error : amp_rpmsg_up(link, &layout);
 *     }
 */
#ifndef OPENAMP_VDEV_H
#define OPENAMP_VDEV_H

#include "openamp/rpmsg.h"

// Read the table and, if the host is ready, describe the rings in *layout, for
// amp_rpmsg_up() of a link with AMP_DEVICE.  `table_len` is in bytes.
// -AMP_EAGAIN: the host is not ready yet; wait for its doorbell.
// -AMP_EINVAL: the table has no RPMsg device, or its addresses cannot be used.
int amp_vdev_open(const struct amp_port *port, const void *table, size_t table_len,
    struct amp_rpmsg_layout *layout);

// Is this link's session still the host's present one?  False if the host reset the device
// (cleared DRIVER_OK), or reset the rings and began another session meanwhile, as Linux
// does when it detaches and attaches, or boots again.  Ask after a doorbell without a
// message, and after -AMP_EPROTO, because a ring that was reset looks like a violation.
// If false, call amp_rpmsg_down(), then amp_vdev_open() until the host is ready again.
bool amp_vdev_is_current(const struct amp_rpmsg *link, const void *table, size_t table_len);

#endif // OPENAMP_VDEV_H
