package store

import (
	"time"

	"stationkeeper/internal/record"
)

// NodeKey names one node of one station.
type NodeKey struct {
	Station string
	Node    string
}

// Node is what head office knows of one node.
type Node struct {
	ID string
	// Online is the last presence heard; Since is when that presence began.
	Online bool
	Since  time.Time
	// LastRecord is the time at which head office stored this node's latest record; zero if none.
	LastRecord time.Time
}

// Station is a station and its nodes, in order of their names.
type Station struct {
	ID    string
	Nodes []Node
}

// Point is the latest state of one point of a station.
type Point struct {
	Node  string
	Point string
	record.State
}

// Record is a record as head office holds it.
type Record struct {
	Station string
	Node    string
	Epoch   string
	Stream  record.Stream
	// Received is when head office stored it.
	Received time.Time
	// Placed is when it happened, as far as head office can tell; How says how that is known. Time is what the node's
	// clock said.
	Placed time.Time
	How    Placement
	record.Record
}

// Placement says how it is known when a record happened.
type Placement string

const (
	// Exact: the node's clock is believed.
	Exact Placement = "exact"
	// ByBoot: its clock is not, but at another time of the same boot it was; the time between the two is known.
	ByBoot Placement = "boot"
	// Between: nothing is known but what came before and after it, and when head office received it. Placed is the
	// latest time at which it can have happened.
	Between Placement = "between"
	// Capped is Between for a record whose clock was believed, and is ahead of the time at which it was received.
	Capped Placement = "capped"
)

// Delivery is one batch as it arrived, its sender taken from the topic.
type Delivery struct {
	From  NodeKey
	Batch record.Batch
	// Payload is the batch as it was on the wire, and then stored as it is; nil when it was not on a wire.
	Payload []byte
}

// Receipt is what became of one delivery.
type Receipt struct {
	// Ack is how far its epoch is complete after the whole group; it is to be sent, also when the delivery was refused:
	// a node with another history under the same epoch learns it from Ack's mark. It is empty when of the epoch of a
	// refused delivery nothing is stored.
	Ack record.Ack
	// Highest is the highest seq known of the epoch. When it is above Ack.Through, something is missing.
	Highest uint64
	// New counts the records stored now for the first time; Duplicates those held already, unchanged. Of both there
	// may be none: a batch can consist of tombstones.
	New, Duplicates int
	// Previous is the epoch that the node's stream had before, when this delivery began a new one.
	Previous string
	// Refused is nil, or says why nothing of the delivery was stored.
	Refused error
}

// Query selects records of one stream of one node, or of all nodes of a station when Node is empty. Empty Stream
// means events.
type Query struct {
	Station, Node string
	Stream        record.Stream
	// After is where the last page ended: a cursor from Page.Next, or in decimal a seq of the newest epoch of the
	// one node. Empty means from the beginning.
	After string
	// Limit is the largest number of records wanted, 1 to MaxLimit.
	Limit int
}

// MaxLimit bounds one page of records.
const MaxLimit = 1000

// Page is one page of records, in order of arrival of epochs, then of seq.
type Page struct {
	Records []Record
	// Next continues after this page, also when nothing more is there yet.
	Next string
}

// Sample is one measured value of a point.
type Sample struct {
	Time  time.Time
	Value float64
}

// Progress is how complete one stream of one epoch of a node is.
type Progress struct {
	NodeKey
	Epoch  string
	Stream record.Stream
	// Through is the seq up to which nothing is missing (tombstones count as known).
	Through uint64
	// Highest is the highest seq seen.
	Highest uint64
	// Stored counts records held; Lost counts those a tombstone stands for; Earlier those that belong to an epoch
	// before this one; Duplicates counts records that were delivered again. Missing is what remains between 1 and
	// Highest.
	Stored, Lost, Earlier, Duplicates, Missing uint64
}
