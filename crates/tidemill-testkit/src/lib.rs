//! Test support: the built server, a movable clock, faulty disks and stores. Never shipped.
