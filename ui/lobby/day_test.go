package lobby

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// count counts the objects of a tree, hidden ones too, and makes every renderer that there will be.
func count(o fyne.CanvasObject) int {
	n := 1
	switch parent := o.(type) {
	case *fyne.Container:
		for _, child := range parent.Objects {
			n += count(child)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(parent).Objects() {
			n += count(child)
		}
	}
	return n
}

// TestADayLeavesNothingBehind repeats what customers do and looks for what has grown.
func TestADayLeavesNothingBehind(t *testing.T) {
	p := withFlows(t, 1280, 800)
	p.show(bank(8))
	customer := func(n int) {
		s := bank(8)
		s.Called[0] = Call{Number: fmt.Sprintf("D%03d", n%1000), Counter: "1"}
		p.show(s)
		p.tap(p.language(1))
		p.tap(p.tile(n % 8))
		p.answered()
		p.pass(ticketStays * time.Second)
		p.tap(p.entry(complaint))
		p.tap(p.flow[complaint].button)
		p.tap(p.lobby.view.actions.home)
		p.onScreen(home)
		clear(p.desk.issued)
		p.desk.asked = nil
	}
	for n := range 50 {
		customer(n)
	}
	objects, before := count(p.lobby.Content()), heap()
	for n := range 200 {
		customer(n)
	}
	if after := count(p.lobby.Content()); after != objects {
		t.Errorf("%d objects after 200 customers, %d before", after, objects)
	}
	const allowed = 2 << 20 // Fyne remembers the sizes of texts for a while
	if after := heap(); after > before+allowed {
		t.Errorf("%d bytes in use after 200 customers, %d before", after, before)
	}
	if len(p.timers) > 2 {
		t.Errorf("%d timers wait", len(p.timers))
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
