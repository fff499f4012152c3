// Package access decides who may pass a door and knows who is inside. It is pure: a state, an event and a moment give
// the next state and what is to be done. It needs no network, no disk and no clock of its own.
package access
