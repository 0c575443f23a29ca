/* The functions that the two files of the host's file system share. */
#ifndef OPENAMP_BOARD_VFS_HOST_H
#define OPENAMP_BOARD_VFS_HOST_H

#include "board.h"

#include "py/obj.h"

// vfs_host.c: whether the path is a file or a folder (mp_import_stat_t), and its length in
// *size.  If there is neither, *size is a negative errno.
int board_host_stat(const char *path, int *size);

// vfs_host_folder.c: forget the current folder.
void board_host_begin(void);
// The path under which the host finds this file: relative to the current folder.
const char *board_host_path(const char *path);
MP_DECLARE_CONST_FUN_OBJ_1(board_host_getcwd_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_chdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_ilistdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_mkdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_rmdir_obj);
MP_DECLARE_CONST_FUN_OBJ_3(board_host_rename_obj);

#endif // OPENAMP_BOARD_VFS_HOST_H
