// Package door watches a door contact: a magnetic switch wired to one GPIO line, read through periph.
//
// Contacts bounce for some milliseconds, edges can be lost (the Linux kernel queues 16 of them per line and drops
// the rest), and lines can be missing or go away. So an edge is only a hint to look: the level is read after every
// edge and on a timer, a level counts when it has been stable for the debounce time, the line is set up anew from
// time to time to learn whether it is still there, and a line that is not is reported as a fault and tried again.
package door
