package complaint

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/widgets"
)

// Options are what a Flow is made of.
type Options struct{ Desk Desk }

// Flow is a complaint being made.
type Flow struct {
	shell  flow.Shell
	desk   Desk
	root   *fyne.Container
	topics []Topic
	tiles  [8]*widgets.Tile
}

var _ flow.Flow = (*Flow)(nil)

// New returns the flow in its shell.
func New(shell flow.Shell, o Options) *Flow {
	f := &Flow{shell: shell, desk: o.Desk}
	objects := make([]fyne.CanvasObject, len(f.tiles))
	for i := range f.tiles {
		f.tiles[i] = widgets.NewTile(func() { f.file(f.topics[i].ID) })
		objects[i] = f.tiles[i]
	}
	f.root = container.New(layout.Stage(f.place), objects...)
	return f
}

// Show offers other topics from now on.
func (f *Flow) Show(topics []Topic) { f.topics = topics }

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins anew.
func (f *Flow) Open() {}

func (f *Flow) place(b layout.Box) {
	for i, cell := range b.Grid(2, len(f.tiles)/2, 12) {
		cell.Put(f.tiles[i])
	}
}

// Draw shows the topics.
func (f *Flow) Draw(s flow.Scene) {
	for i, tile := range f.tiles {
		layout.Show(tile, i < len(f.topics))
		if i < len(f.topics) {
			tile.SetOffer(widgets.Offer{Name: f.topics[i].Names.In(s.Language)})
		}
	}
}

// Back leaves.
func (f *Flow) Back() bool { return false }

// Heading is what to do.
func (f *Flow) Heading(s flow.Scene) (large, small string) { return s.Words.ChooseGroup, "" }

// Spoken is what to do.
func (f *Flow) Spoken(s flow.Scene) string { return s.Words.ChooseGroup }

// Private is true: what a customer says is nobody else's business.
func (f *Flow) Private() bool { return true }

// Scan has no use for a paper.
func (f *Flow) Scan(string) bool { return false }

func (f *Flow) file(topic string) {
	c := Complaint{Kind: KindComplaint, Topic: topic, Language: f.shell.Scene().Language, Request: f.shell.NewRequest()}
	f.shell.Ask(func(ctx context.Context) func() {
		_, err := f.desk.File(ctx, c)
		return func() {
			if err != nil {
				words := f.shell.Scene().Words
				f.shell.Failed(words.NoRating, words.NoRatingDo, nil)
				return
			}
			f.shell.Leave()
		}
	})
}
