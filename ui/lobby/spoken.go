package lobby

import (
	"strings"

	"stationkeeper/ui/lang"
)

// spoken is what is read aloud of the screen: where one is, what it says, and what can be touched.
func (l *Lobby) spoken() string {
	s, v, scene := l.state, l.snapshot, l.scene()
	c := scene.Words
	if s.screen == flowing {
		return l.flows[s.open].Spoken(scene)
	}
	large, small := l.view.header.heading(s, scene, v)
	said := []string{small, large}
	switch s.screen {
	case home:
		said = append(said, l.view.screens[home].(*homeScreen).spoken(c)...)
	case confirm, trouble:
		said = append(said, l.view.screens[s.screen].(interface{ spoken() []string }).spoken()...)
	case ticket:
		said = append(said, l.view.screens[ticket].(*ticketScreen).spoken(c)...)
	}
	for _, button := range l.view.actions.shown {
		said = append(said, c.Shell.TouchTo(button.Text()))
	}
	return sentences(said, l.state.language)
}

// sentences puts what is said one after the other, with a pause between.
func sentences(said []string, l lang.Language) string {
	stop := ". "
	if l == lang.Chinese {
		stop = "。"
	}
	var text strings.Builder
	for _, sentence := range said {
		if sentence = strings.Trim(strings.ReplaceAll(sentence, " · ", ", "), " "); sentence != "" {
			text.WriteString(sentence + stop)
		}
	}
	return strings.TrimSpace(text.String())
}

func (h *homeScreen) spoken(c *lang.Catalogue) (said []string) {
	for _, n := range []*notice{h.empty, h.closed, h.out} {
		if n.all.Visible() {
			return n.spoken()
		}
	}
	for _, tile := range h.tiles {
		if tile.Visible() {
			o := tile.Offer()
			said = append(said, o.Mark+" "+o.Name+", "+o.Detail)
		}
	}
	if h.page.Visible() {
		said = append(said, h.page.Text())
	}
	return said
}

func (t *ticketScreen) spoken(c *lang.Catalogue) []string {
	return []string{t.label.Text() + " " + t.number.Text(), t.service.Text(), t.ahead.Text(), t.wait.Text(), t.watch.Text(),
		c.Shell.TouchTo(t.done.Text())}
}

func (n *notice) spoken() []string {
	said := []string{n.title.Text(), n.text.Text(), n.footer.Text()}
	for _, button := range n.shown() {
		said = append(said, button.Text())
	}
	return said
}

func (k *confirmScreen) spoken() []string { return k.notice.spoken() }
func (t *troubleScreen) spoken() []string { return t.notice.spoken() }
