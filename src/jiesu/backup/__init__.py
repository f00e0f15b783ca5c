"""`jiesu backup` and `jiesu restore`: all that cannot be made again, in one folder, readable only with the key ring."""
