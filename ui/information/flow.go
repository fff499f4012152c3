package information

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/widgets"
)

// Flow is what there is to read.
type Flow struct {
	shell flow.Shell
	root  *fyne.Container
	text  *widgets.Text
	pages Pages
}

var _ flow.Flow = (*Flow)(nil)

// New returns the flow in its shell.
func New(shell flow.Shell) *Flow {
	f := &Flow{shell: shell, text: widgets.NewText(widgets.Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground, Lines: 20})}
	f.root = container.NewStack(f.text)
	return f
}

// Show shows other pages from now on.
func (f *Flow) Show(p Pages) { f.pages = p }

// Root is what is shown while the flow is open.
func (f *Flow) Root() fyne.CanvasObject { return f.root }

// Open begins anew.
func (f *Flow) Open() {}

// Draw shows the notices and the pledge.
func (f *Flow) Draw(s flow.Scene) {
	var all []string
	for _, names := range append(f.pages.Notices, f.pages.Pledge...) {
		all = append(all, names.In(s.Language))
	}
	f.text.SetText(strings.Join(all, " "))
}

// Back leaves.
func (f *Flow) Back() bool { return false }

// Heading is what this is.
func (f *Flow) Heading(s flow.Scene) (large, small string) { return s.Words.Machine, "" }

// Spoken is what is shown.
func (f *Flow) Spoken(flow.Scene) string { return f.text.Text() }

// Private is false: it is the station that speaks here.
func (f *Flow) Private() bool { return false }

// Scan has no use for a paper.
func (f *Flow) Scan(string) bool { return false }
