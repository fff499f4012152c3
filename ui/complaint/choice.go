package complaint

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/layout"
	"stationkeeper/ui/theme"
	"stationkeeper/ui/widgets"
)

// kindScreen asks what a customer has to say, and offers to write on the telephone instead.
type kindScreen struct {
	root  *fyne.Container
	tiles [4]*widgets.Tile
}

func newKindScreen(f *Flow) *kindScreen {
	k := &kindScreen{}
	for i, one := range []string{KindComplaint, KindSuggestion, KindPraise} {
		k.tiles[i] = widgets.NewTile(func() {
			if f.takes(kind) {
				f.enter(f.state.choose(one))
			}
		})
	}
	k.tiles[3] = widgets.NewTile(f.write)
	k.root = container.New(layout.Stage(k.place), k.tiles[0], k.tiles[1], k.tiles[2], k.tiles[3])
	return k
}

func (k *kindScreen) place(b layout.Box) {
	for i, cell := range four(b) {
		cell.Put(k.tiles[i])
	}
}

func (k *kindScreen) say(s flow.Scene) {
	c := &s.Words.Complaint
	for i, offer := range []widgets.Offer{
		{Mark: "!", Name: c.Complaint, Detail: c.ComplaintMore}, {Mark: "+", Name: c.Suggestion, Detail: c.SuggestionMore},
		{Mark: "★", Name: c.Praise, Detail: c.PraiseMore}, {Mark: "QR", Name: c.Phone, Detail: c.PhoneMore},
	} {
		k.tiles[i].SetOffer(offer)
	}
}

// choiceScreen asks for the topic, or for its details.
type choiceScreen struct {
	flow    *Flow
	root    *fyne.Container
	options *widgets.Options
	row     *widgets.Row // skip, next
	none    *widgets.Notice
}

func newChoiceScreen(f *Flow) *choiceScreen {
	c := &choiceScreen{flow: f}
	c.options = widgets.NewOptions(c.tapped, f.shell.Changed)
	onward := func() {
		if f.takes(details) {
			f.enter(f.state.afterDetails())
		}
	}
	c.row = widgets.NewRow(widgets.NewButton(widgets.Plain, onward), widgets.NewButton(widgets.Primary, onward))
	c.none = widgets.NewNotice(widgets.NewButton(widgets.Plain, f.shell.Leave))
	c.root = container.New(layout.Stage(c.place), c.options.Root, c.row.Root, c.none.Root)
	return c
}

func (c *choiceScreen) place(b layout.Box) {
	b.Put(c.none.Root)
	if c.row.Root.Visible() {
		row, rest := b.Bottom(layout.Size(theme.SizeNameTarget), layout.Size(fynetheme.SizeNamePadding))
		row.Put(c.row.Root)
		b = rest
	}
	b.Put(c.options.Root)
}

func (c *choiceScreen) tapped(i int) {
	f := c.flow
	switch {
	case f.takes(topic):
		f.enter(f.state.about(f.topics[i]))
	case f.takes(details):
		f.enter(f.state.toggle(find(f.topics, f.state.topic).Details[i].ID))
	}
}

func (c *choiceScreen) say(s flow.Scene) {
	words, state := s.Words, c.flow.state
	asksDetails := state.step == details
	anew := asksDetails != c.row.Root.Visible()
	layout.Show(c.row.Root, asksDetails)
	layout.Show(c.none.Root, len(c.flow.topics) == 0)
	c.none.Say(widgets.Message{Meaning: widgets.Careful, Title: words.Complaint.NoTopics, Text: words.Complaint.NoTopicsDo})
	c.none.Row().Button(0, words.Shell.Home)
	c.options.Pager.Say(widgets.PagerWords{Previous: words.PreviousPage, Next: words.NextPage, Page: words.Page})
	if anew {
		c.place(layout.Box{Size: c.root.Size()})
	}
	if !asksDetails {
		c.options.Say(topicNames(c.flow.topics, s.Language), false, func(i int) bool { return c.flow.topics[i].ID == state.topic })
		return
	}
	of := find(c.flow.topics, state.topic).Details
	c.options.Say(detailNames(of, s.Language), true, func(i int) bool { return slices.Contains(state.details, of[i].ID) })
	none, next := words.Complaint.DetailsNone, ""
	if len(state.details) > 0 {
		none, next = "", words.Complaint.Next
	}
	c.row.Button(0, none)
	c.row.Button(1, next)
}

func topicNames(topics []Topic, l lang.Language) []string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Names.In(l)
	}
	return names
}

func detailNames(details []Detail, l lang.Language) []string {
	names := make([]string, len(details))
	for i, d := range details {
		names[i] = d.Names.In(l)
	}
	return names
}
