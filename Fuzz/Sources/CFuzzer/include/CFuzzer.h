#ifndef CFUZZER_H
#define CFUZZER_H

/// Makes a file that is in memory only and returns its descriptor; -1 on failure. Swift does not see memfd_create.
int cfuzzer_memory_file(void);

#endif
