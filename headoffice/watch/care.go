package watch

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// What customers say, and what comes of it, in words. The pages are for everybody: a customer's own words are counted and
// not shown, and a telephone number is masked.

func (l language) rated(d record.SurveyAnsweredData) string {
	return join(l.t("detail.score", l.score(d.Score), d.Score), l.service(d.Service), l.known("channel.", d.Channel),
		l.answers(d.Answers), l.suppressed(d.Suppressed))
}

// answers says how many questions were answered, and which options were chosen.
func (l language) answers(all []record.SurveyAnswer) string {
	var chosen []string
	for _, a := range all {
		for _, option := range a.Options {
			chosen = append(chosen, l.known("option.", option))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return join(append([]string{l.t("detail.answers", len(all))}, chosen...)...)
}

// suppressed says how many taps were taken for the same hand's.
func (l language) suppressed(n int) string {
	if n <= 0 {
		return ""
	}
	return l.t("detail.suppressed", n)
}

func (l language) complaint(d record.ComplaintData) string {
	parts := []string{l.known("complaint.", d.Kind), l.known("topic.", d.Topic)}
	for _, detail := range d.Details {
		parts = append(parts, l.known("topicdetail.", detail))
	}
	parts = append(parts, l.service(d.Service), l.known("channel.", d.Channel), l.with("detail.callback", masked(d.Phone)), l.written(d.Text))
	return join(parts...)
}

// written says how much somebody wrote, in place of what.
func (l language) written(text string) string {
	if text == "" {
		return ""
	}
	return l.t("detail.written", utf8.RuneCountInString(text))
}

func (l language) caseStep(d record.CaseData) string {
	cause := l.known("cause.", d.Cause)
	if d.Cause == "rating" && d.Score > 0 {
		cause = l.t("cause.rated", l.score(d.Score))
	}
	return join(d.Number, cause, l.known("topic.", d.Topic), l.service(d.Service), l.with("detail.owner", l.owner(d.Owner)),
		l.known("settled.", d.Outcome), l.with("detail.by", d.By), l.written(d.Note))
}

func (l language) printed(d record.PrintData) string {
	length, again := "", ""
	if d.Length > 0 {
		length = l.t("detail.paper", d.Length)
	}
	if d.Copy > 1 {
		again = l.t("detail.copy", d.Copy)
	}
	return join(d.Number, again, length, l.known("print.", d.Reason))
}

func (l language) paper(d record.PaperData) string {
	return join(l.t("detail.roll", meters(d.Length)), l.t("detail.usedroll", meters(d.Printed)), l.with("detail.by", d.By))
}

// meters spells a length given in millimetres.
func meters(mm int) string {
	return strconv.FormatFloat(math.Round(float64(mm)/100)/10, 'f', 1, 64) + " m"
}

func (l language) acted(d record.StaffActedData) string {
	return join(l.with("detail.clerk", d.Staff), l.known("act.", d.Act), d.Detail)
}

func (l language) captured(d record.ScreenData) string {
	hidden, size := "", ""
	if d.Masked {
		hidden = l.t("detail.masked")
	}
	if d.Width > 0 && d.Height > 0 {
		size = strconv.Itoa(d.Width) + "×" + strconv.Itoa(d.Height)
	}
	return join(l.known("screen.", d.Screen), size, hidden, l.with("detail.by", d.By))
}

// linkCase lets the number of a case lead to its life.
func (v *eventView) linkCase(r store.Record) {
	if !slices.Contains(caseTypes, r.Type) {
		return
	}
	d := decode[record.CaseData](r)
	v.lead(d.Number, casesPath(r.Station)+"/"+url.PathEscape(d.Case), d.Case)
}

// devices are the points of a kiosk's parts. A second one has the point of the first, a "/" and its own name.
var devices = []string{"printer", "paper", "display", "touch", "audio", "network", "disk", "clock"}

func isDevice(point string) bool {
	first, _, _ := strings.Cut(point, "/")
	return slices.Contains(devices, first)
}
