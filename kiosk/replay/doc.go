// Package replay plays a recorded day of customers through the very hall that a touchscreen uses. A Plan plays arrivals,
// waiting, giving up, calls and service in the order and at the times of the recording, as fast as the journal takes them,
// and what comes out has to be what was recorded. A Live day goes at a pace that people can watch: customers and clerks
// come and go as they did, and the queue decides who is called.
//
// The recording is the log of a bank's telephone service centre over the year 1999 (A. Mandelbaum, A. Sakov,
// S. Zeltyn: "Empirical Analysis of a Call Center", Technion 2000; data by I. Guedj and A. Mandelbaum). A call stands
// for a customer: the moment it joins the queue is the ticket taken, its server is the counter, a caller who hangs up
// has given up. What does not fit into a lobby is put right by a stated rule and counted; see Oddity.
package replay
