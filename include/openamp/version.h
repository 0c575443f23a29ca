/*
 * The version of openamp, and the only place that has the number; Python's
 * openamp.__version__ is this one.
 */
#ifndef OPENAMP_VERSION_H
#define OPENAMP_VERSION_H

#define AMP_VERSION "1.0.0"

#endif // OPENAMP_VERSION_H
