// Package printer puts tickets on paper: it owns the lobby's ticket printer, an ESC/POS printer on USB, a serial line or
// the network.
//
// One goroutine (Run) owns the device. Check asks the printer now, before a number is spent; Print takes one ticket and
// says what became of it, exactly once. Three rules come before all others:
//
//   - A ticket that could not be begun by its deadline is dropped and said to be. Nothing waits for a new roll of paper:
//     nobody wants the tickets of an hour ago.
//   - A ticket of which some bytes may have reached the printer is never sent again by itself. What became of it is told
//     as far as it is known, and a reprint is a copy with its number on it.
//   - Printed means that the printer said so after the ticket, not that its bytes were written.
//
// The records ticket.printed, ticket.unprinted and paper.replaced are written by whoever asks for a ticket, with Entry.
// Paper and Unfinished are pure folds of them: how long the roll will last, and which tickets a crash left in the dark.
//
// The commands are those of the ESC/POS command reference of Seiko Epson, as package escpos cites them one by one.
package printer
