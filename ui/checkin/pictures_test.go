package checkin

import (
	"testing"

	"stationkeeper/ui/flow/flowtest"
)

// everyStep leads through everything there is to see, and stops at each.
func everyStep(p *play, look func(name string)) {
	look("ways")
	p.Tap(p.flow.view.ways.phone)
	look("phone")
	p.types("139")
	look("phone-typing")
	p.types("6")
	look("phone-typed")
	p.flow.Back()
	p.Tap(p.flow.view.ways.code)
	look("code")
	p.types("WXYZ0123456789AB")
	look("code-typed")
	p.flow.Back()
	for _, typed := range []string{"7777", "8888", "NONE", "SOON", "NEXT", "LATE", "USED", "OVER", "SHUT"} {
		p.Open()
		p.enters(typed)
		look("then-" + typed)
	}
	p.Open()
	p.enters("8888")
	for p.flow.view.choose.pager.Next().Visible() {
		p.Tap(p.flow.view.choose.pager.Next())
	}
	look("then-8888-last")
	p.flow.Scan("https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz")
	look("scanned-ticket")
	p.flow.Scan("https://example.org/")
	look("scanned-foreign")
	p.Open()
	for range attempts - 1 {
		p.enters("NONE")
		p.flow.Back()
	}
	p.enters("NONE")
	look("spent")
}

func TestEveryStepInEveryLook(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		t.Run(setting.Name, func(t *testing.T) {
			p := newPlay(t, setting)
			everyStep(p, func(name string) {
				p.Picture("checkin-" + name)
				t.Run(name, p.Check)
			})
		})
	}
}
