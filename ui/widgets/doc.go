// Package widgets is what the lobby screen is made of: text that always fits its box, buttons and tiles for a finger,
// five faces, cards and signs.
//
// A widget holds what it shows and calls back when it is tapped; its renderer holds the canvas objects and reads the
// theme whenever it draws. Setters change nothing on the screen when they are given what is already shown: every
// change repaints the whole window.
package widgets
