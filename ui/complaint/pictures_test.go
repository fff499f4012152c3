package complaint

import (
	"testing"
	"time"

	"stationkeeper/ui/flow/flowtest"
)

// everyStep leads through everything there is to see, and stops at each.
func everyStep(p *play, look func(name string)) {
	c := p.words()
	look("kind")
	p.press(c.Phone)
	look("phone")
	p.flow.Back()
	p.press(c.Complaint)
	look("topic")
	p.choose(0)
	look("details")
	p.choose(2)
	p.choose(6)
	look("details-chosen")
	p.press(c.Next)
	look("call")
	p.dial("13800138")
	look("call-typing")
	p.dial("000")
	look("call-typed")
	p.dial("0000")
	look("call-odd")
	for range 4 {
		p.Tap(p.flow.call.pad.Erase())
	}
	p.Tap(p.flow.call.pad.Done())
	look("review")
	p.press(c.Send)
	look("filed")
	p.press(p.Scene().Words.Done)

	p.desk.receipt = Receipt{Number: "20261123-004", Deadline: time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)}
	p.press(c.Suggestion)
	p.choose(2)
	p.press(c.DetailsNone)
	p.press(c.CallNone)
	look("review-suggestion")
	p.press(c.Send)
	look("filed-suggestion")
	p.press(p.Scene().Words.Done)

	p.desk.receipt = Receipt{}
	p.press(c.Praise)
	p.choose(6)
	look("review-praise")
	p.press(c.Send)
	look("filed-praise")
}

func TestEveryStepInEveryLook(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		t.Run(setting.Name, func(t *testing.T) {
			p := newPlay(t, setting, usual())
			everyStep(p, func(name string) {
				p.Picture("complaint-" + name)
				t.Run(name, p.Check)
			})
			p = newPlay(t, setting, nil)
			p.press(p.words().Complaint)
			p.Picture("complaint-no-topics")
			t.Run("no-topics", p.Check)
		})
	}
}
