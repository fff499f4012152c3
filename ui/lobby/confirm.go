package lobby

import (
	"fyne.io/fyne/v2"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/widgets"
)

// confirmScreen asks a customer who would wait long whether to join the queue, and says what else there is to do.
type confirmScreen struct {
	notice    *notice
	join, not *widgets.Button
}

func newConfirmScreen(taps taps) *confirmScreen {
	join := widgets.NewButton(widgets.Primary, func() { taps.step(join{taps.newRequest()}) })
	not := widgets.NewButton(widgets.Plain, taps.does(leave{}))
	return &confirmScreen{notice: newNotice(widgets.Hours, not, join), join: join, not: not}
}

func (k *confirmScreen) root() fyne.CanvasObject { return k.notice.all }

func (k *confirmScreen) say(s state, c *lang.Catalogue, v Snapshot) {
	service := v.service(s.service)
	said := c.Ahead(service.Ahead)
	if service.Wait.Known() {
		said = lang.Both(said, c.Expect(service.Wait.Low, service.Wait.High))
	}
	k.notice.say(service.Names.In(s.language), said)
	instead := c.Shell.ComeLater
	if v.Appointments {
		instead = c.Shell.OrAppointment
	}
	k.notice.besides(instead)
	k.join.SetText(c.Shell.Join)
	k.join.Hold(s.asked)
	k.not.SetText(c.Shell.JoinNot)
}
