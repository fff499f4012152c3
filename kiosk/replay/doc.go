// Package replay plays a recorded day of customers through the very hall that a touchscreen uses: arrivals, waiting,
// giving up, calls and service, in the order and at the times of the recording, as fast as the journal takes them.
//
// The recording is the log of a bank's telephone service centre over the year 1999 (A. Mandelbaum, A. Sakov,
// S. Zeltyn: "Empirical Analysis of a Call Center", Technion 2000; data by I. Guedj and A. Mandelbaum). A call stands
// for a customer: the moment it joins the queue is the ticket taken, its server is the counter, a caller who hangs up
// has given up. What does not fit into a lobby is put right by a stated rule and counted; see Oddity.
package replay
