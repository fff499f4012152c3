// Package forecast foretells how long customers will wait: the number ahead, and, where enough is known for a promise, a
// range that holds the call with a probability of 80 %.
//
// A Model learns from the records of the station's journal and is asked about snapshots of its queue. It reads no clock
// and draws no chance: the same records and questions give the same answers.
package forecast
