package survey

import (
	"testing"

	"stationkeeper/ui/flow/flowtest"
)

// everyStep leads through everything there is to see, and stops at each.
func everyStep(p *play, look func(name string)) {
	c := &p.words().Survey
	look("whose")
	p.Tap(p.Button(c.Type))
	look("number")
	p.Tap(p.flow.typing.pad.Key('1'))
	look("number-typed")
	p.Tap(p.flow.typing.pad.Erase())
	for _, refusal := range []string{"C5", "A001", "A099", "B1"} {
		p.typed(refusal)
		look("refused-" + refusal)
		p.Tap(p.Button(c.Another))
	}
	p.typed("E007")
	look("overall")
	p.face(2)
	look("reasons")
	p.choose(0)
	p.choose(5)
	look("reasons-chosen")
	p.Tap(p.Button(c.Next))
	look("aspect")
	p.flow.Back()
	p.flow.Back()
	look("overall-again")
	p.Tap(p.Button(c.Next))
	p.desk.number = "20261123-004"
	p.Tap(p.Button(c.Next))
	p.face(3)
	p.face(4)
	look("last")
	p.Tap(p.Button(c.Skip))
	look("thanks-case")
	p.Tap(p.Button(p.words().Done))

	p.desk.number = ""
	p.Tap(p.Button(c.None))
	p.face(5)
	p.Tap(p.Button(c.Finish))
	look("thanks")
}

func TestEveryStepInEveryLook(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		t.Run(setting.Name, func(t *testing.T) {
			p := newPlay(t, setting)
			everyStep(p, func(name string) {
				p.Picture("survey-" + name)
				t.Run(name, p.Check)
			})
		})
	}
}
