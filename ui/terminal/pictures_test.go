package terminal

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/theme"
)

// TestEveryStepInEveryLook looks at everything there is to see.
func TestEveryStepInEveryLook(t *testing.T) {
	for _, s := range flowtest.Settings() {
		if s.Low {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			p := newPlay(t, s)
			look := func(name string) {
				p.picture(s.Name + "-terminal-" + name)
				t.Run(name, func(t *testing.T) {
					screentest.Check(t, p.window.Canvas().Content(), p.window.Canvas().Size(), p.theme.Size(theme.SizeNameTarget))
				})
			}
			c := lang.Of(s.Language)
			look("asking")
			p.tap(p.face(1))
			look("reasons")
			p.tap(p.terminal.view.options.Option(1))
			p.pass(whyStays - 5)
			look("reasons-chosen")
			p.desk.fail(errors.New("the disk is full"))
			p.tap(p.button(c.Survey.Send))
			p.answered()
			look("trouble")
			p.desk.fail(nil)
			p.tap(p.button(c.TryAgain))
			p.answered()
			look("thanks")
		})
	}
}

func (p *play) picture(name string) {
	p.t.Helper()
	folder := os.Getenv("STATIONKEEPER_PICTURES")
	if folder == "" {
		return
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, p.window.Canvas().Capture()), file.Close()); err != nil {
		p.t.Fatal(err)
	}
}
