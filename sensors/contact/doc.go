// Package contact watches a dry contact wired to one GPIO line: of a door or its bolt, a request-to-exit button, a tamper
// loop, a water or smoke detector, a relay that tells whether mains is there.
//
// Contacts bounce for some milliseconds, edges can be lost (the Linux kernel queues 16 of them per line and drops
// the rest), and lines can be missing or go away. So an edge is only a hint to look: the level is read after every
// edge and on a timer, a level counts when it has been stable for the debounce time, the line is set up anew from
// time to time to learn whether it is still there, and a line that is not is reported as a fault and tried again.
package contact
