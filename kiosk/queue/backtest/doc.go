// Backtest plays recorded customers through the queue's own engine and says how well their waits were foretold: by the
// station's model, and by the classic predictors that others use.
//
//	go run ./kiosk/queue/backtest FILE…              # tables
//	go run ./kiosk/queue/backtest -json FILE…        # an array for a machine
//	go run ./kiosk/queue/backtest -days 8-14 FILE…   # score the second week; the first one only teaches
//
// Files are of one of two kinds, told apart by their header, gzip-compressed or not, in any order, each day once:
//
// Calls of a bank's service centre (A. Mandelbaum, A. Sakov, S. Zeltyn: "Empirical Analysis of a Call Center", Technion
// 2000), one line per customer. Each arrival, abandonment, call and end of service is a command to the engine; what does
// not fit into a lobby is put right by the rules of package replay and counted. Scored are the customers who waited and
// were served.
//
// Snapshots of the city's offices (open data of Warsaw), one line per service group every few minutes with counts, not
// customers. What must have happened between two snapshots is worked out (see progress) and played to the engine; scored
// are those who were last in line at a snapshot, from then until the tickets called have reached theirs. Beside the
// classics stands the office's own estimate, waiting × minutes per customer / open counters.
//
// Nothing is known before its time. A predictor sees each record of the engine after it happened, and is asked the
// moment before a ticket is taken; the rules of the queue are the same for all recordings and tell nothing of who will
// work. Every prediction is scored as it was made, so that each day is foretold from those before it alone.
//
// The classics are documented where they are. Where the model promises nothing, it is scored by the mean of the
// last ten waits, so that all have the same number of customers; coverage and width are those of what it did promise, and a
// column says for how many.
//
// Up to one in a hundred lines of a file may be faulty; they are counted and passed over.
package main
