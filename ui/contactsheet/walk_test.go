package contactsheet

import (
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"stationkeeper/ui/lobby"
)

// everyScreen leads through everything there is to see, and stops at each.
func (v *visitor) everyScreen(look func(name string)) {
	v.home(look)
	v.hours(look)
	v.ticket(look)
	v.troubles(look)
	v.checkIn(look)
	v.survey(look)
	v.complaint(look)
	v.information(look)
	v.backroom(look)
}

func (v *visitor) home(look func(name string)) {
	v.comes(bank(4))
	look("home")
	v.comes(bank(8))
	look("home, eight services")
	v.comes(bank(13))
	look("home, pages")
	v.comes(grouped())
	look("groups")
	v.tap("个人业务", "For yourself")
	look("services of a group")
	v.comes(evening())
	look("some closed, some full")
}

func (v *visitor) hours(look func(name string)) {
	s := night()
	v.comes(s)
	look("closed")
	s.Dim = true
	v.show(s)
	v.pass(5 * time.Minute)
	look("dark")
	s = bank(4)
	s.Out = "journal"
	v.comes(s)
	look("out of service")
}

func (v *visitor) ticket(look func(name string)) {
	v.desk.came = true
	v.comes(bank(6))
	v.tap("个人非现金业务", "Personal account services")
	v.answered()
	look("ticket, printing")
	v.answered()
	look("ticket, printed")
	v.tap(v.c().Done)
	v.desk.came = false
	v.comes(bank(6))
	v.tap("个人非现金业务", "Personal account services")
	v.answered()
	v.answered()
	look("ticket, not printed")
	v.tap(v.c().Done)
	s := bank(6)
	s.Services[0].Ahead, s.Services[0].Wait = 31, lobby.Wait{Low: 50, High: 75}
	v.comes(s)
	v.tap("个人现金业务", "Personal cash services")
	look("a long wait")
}

func (v *visitor) troubles(look func(name string)) {
	for name, err := range map[string]error{"no ticket": errors.New("disk full"), "full": lobby.ErrFull} {
		v.comes(bank(6))
		v.desk.refuses = err
		v.tap("个人现金业务", "Personal cash services")
		v.answered()
		look(name)
		v.desk.refuses = nil
	}
	v.comes(bank(6))
	v.lobby.Scan("a price tag")
	look("unknown code")
}

func (v *visitor) checkIn(look func(name string)) {
	c := v.c().CheckIn
	v.comes(bank(6))
	v.tap(v.c().Shell.CheckIn)
	look("check-in")
	v.pass(45 * time.Second)
	look("still there?")
	v.tap(v.c().Shell.Continue)
	v.tap(c.Phone)
	v.tap("1")
	v.tap("3")
	look("check-in, by telephone")
	v.tap(v.c().Back)
	v.tap(c.Code)
	look("check-in, by code")
	v.desk.early = true
	v.lobby.Scan("YUY12345")
	v.answered()
	look("check-in, unknown")
	v.desk.early = false
	v.lobby.Scan("YUY12345")
	v.answered()
	look("checked in")
}

func (v *visitor) survey(look func(name string)) {
	c := v.c()
	v.comes(bank(6))
	v.tap(c.Shell.Survey)
	look("survey, whose visit")
	v.tap(c.Survey.Type)
	look("survey, number")
	v.lobby.Scan(page)
	v.answered()
	look("survey, overall")
	v.tap(c.Scores[1])
	look("survey, reasons")
	v.tap(c.Survey.Skip)
	look("survey, an aspect")
	v.tap(c.Survey.Finish)
	v.answered()
	look("survey, thanks")
}

func (v *visitor) complaint(look func(name string)) {
	c := v.c().Complaint
	v.comes(bank(6))
	v.tap(v.c().Shell.Complaint)
	look("complaint")
	v.tap(c.Phone)
	v.answered()
	look("complaint, on the telephone")
	v.tap(v.c().Back)
	v.tap(c.Complaint)
	look("complaint, about what")
	v.tap("工作人员", "Staff")
	look("complaint, details")
	v.tap("业务不熟练", "Did not know how")
	v.tap(c.Next)
	v.tap("1")
	v.tap("3")
	look("complaint, call back")
	v.tap(v.c().Back)
	v.tap(c.Next)
	v.tap(c.CallNone)
	look("complaint, looked over")
	v.tap(c.Send)
	v.answered()
	look("complaint, filed")
}

func (v *visitor) information(look func(name string)) {
	c := v.c().Information
	v.comes(bank(6))
	v.tap(v.c().Shell.Information)
	for _, topic := range []string{c.Notices, c.Prices, c.Pledge, c.Staff, c.Hours} {
		v.tap(topic)
		look("information: " + topic)
	}
}

func (v *visitor) backroom(look func(name string)) {
	c := v.c().Backroom
	v.comes(bank(6))
	for range 5 {
		test.TapCanvas(v.window.Canvas(), fyne.NewPos(20, 20))
	}
	look("staff: number")
	for _, key := range []string{"1", "0", "0", "1", c.Done, "2", "4", "6", "8"} {
		v.tap(key)
	}
	look("staff: PIN")
	v.tap(c.Done)
	v.answered()
	look("staff")
}
