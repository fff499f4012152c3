package main

import (
	"time"

	"fyne.io/fyne/v2"

	"stationkeeper/ui/scanner"
)

// listen takes what is typed. Nothing on the screen has the keyboard's focus, and no menu or shortcut is known, so that
// a keyboard that somebody plugs in can do no more than a scanner: what is typed as fast as only a scanner can is told
// as one text, everything else is dropped. What is told is told on the screen's goroutine.
func listen(canvas fyne.Canvas, now func() time.Time, scanned func(text string)) {
	var keys scanner.Keys
	canvas.SetOnTypedRune(func(char rune) { keys = keys.Typed(char, now()) })
	canvas.SetOnTypedKey(func(key *fyne.KeyEvent) {
		if key.Name != fyne.KeyReturn && key.Name != fyne.KeyEnter {
			return
		}
		var text string
		var ok bool
		if keys, text, ok = keys.Entered(now()); ok {
			scanned(text)
		}
	})
}
