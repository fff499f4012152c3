package main

import (
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
)

// predictor tells one who takes a ticket how long the wait will be, from what happened before.
type predictor interface {
	// Learn is told every record in order, with the queue as it is after it.
	Learn(after queue.Snapshot, r record.Record)
	// Predict is asked the moment before the ticket is taken.
	Predict(s queue.Snapshot, c customer) prediction
}

// customer is what is known of somebody who comes.
type customer struct {
	service, class string
}

// prediction is a wait foretold.
type prediction struct {
	wait time.Duration
	// low and high are the ends of an interval of 80 %, where promised is true.
	low, high time.Duration
	promised  bool
}

// contestant is a predictor under its name in tables.
type contestant struct {
	name string
	ours bool
	predictor
}
