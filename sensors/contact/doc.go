// Package contact watches a dry contact wired to one GPIO line: of a door or its bolt, a request-to-exit button, a tamper
// loop, a water or smoke detector, a relay that tells whether mains is there.
//
// Contacts bounce for some milliseconds, edges can be lost, and lines can be missing or go away. So edges, which the
// kernel stamps with the time of their interrupt, tell what happened between two looks, but the level is read after
// every edge and on a timer in any case; a level counts when it has been stable for the debounce time, and a line that
// cannot be read is reported as a fault and requested again.
//
// The debounce is ours, not the kernel's: the kernel's hides the level behind its own idea of it, so that one lost
// interrupt is a wrong level for as long as nobody moves the contact, and it counts in ticks of 4 to 10 ms.
package contact
