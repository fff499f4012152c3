// Package staffing watches a queue against its service levels and says when another counter should be opened and when
// one can be closed, with the numbers that say so.
//
// It goes by the last half hour: how many came for each service, how long serving took, who waits now, and which open
// counters serve what. From these it plays the next half hour several times with random arrivals and service times,
// once as the counters stand, once with each closed counter open, once with each open counter closed, always with the same
// random numbers so that the plays differ by the counter alone (P. Glasserman, D. Yao: "Some Guidelines and Guarantees for
// Common Random Numbers", Management Science 38 (1992)). For one service and a long time this is the M/M/c queue, whose
// waits A. K. Erlang's C formula gives (1917); a test holds the play against the formula. The formula itself would
// know neither who waits already nor that counters serve different services.
//
// Suggestions do not flap: a counter is suggested only when the need has lasted, closing needs a better level than
// opening aims at, and after a counter was opened or closed the opposite is not suggested for a while.
package staffing
