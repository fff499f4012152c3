package survey

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/widgets"
)

// Options are what a Flow is made of.
type Options struct{ Desk Desk }

// Data is what changes while the kiosk runs.
type Data struct {
	// LastMonth is shown with the thanks.
	LastMonth Results
}

// Flow is the survey.
type Flow struct {
	shell flow.Shell
	desk  Desk
	root  *fyne.Container
	faces *widgets.Faces
	data  Data
}

var _ flow.Flow = (*Flow)(nil)

// New returns the survey in its shell.
func New(shell flow.Shell, o Options) *Flow {
	f := &Flow{shell: shell, desk: o.Desk}
	f.faces = widgets.NewFaces(f.rate)
	f.root = container.NewStack(f.faces.Root)
	return f
}

// Show shows other data from now on.
func (f *Flow) Show(d Data) { f.data = d }

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins anew.
func (f *Flow) Open() {}

// Draw shows the five levels.
func (f *Flow) Draw(s flow.Scene) { f.faces.Say(s.Words.Scores, 0) }

// Back leaves.
func (f *Flow) Back() bool { return false }

// Heading is the question.
func (f *Flow) Heading(s flow.Scene) (large, small string) { return s.Words.HowWasVisit, s.Words.TouchAFace }

// Spoken is the question.
func (f *Flow) Spoken(s flow.Scene) string { return s.Words.HowWasVisit }

// Private is true: what a customer thinks is nobody else's business.
func (f *Flow) Private() bool { return true }

// Scan has no use for a paper yet.
func (f *Flow) Scan(string) bool { return false }

func (f *Flow) rate(level int) {
	scene := f.shell.Scene()
	rating := Rating{Score: level, Language: scene.Language, Request: f.shell.NewRequest()}
	f.shell.Ask(func(ctx context.Context) func() {
		_, err := f.desk.Rate(ctx, rating)
		return func() {
			switch {
			case errors.Is(err, ErrRated):
				f.shell.Leave()
			case err != nil:
				f.shell.Failed(scene.Words.NoRating, scene.Words.NoRatingDo, nil)
			default:
				f.shell.Leave()
			}
		}
	})
}
