package watch

import (
	"fmt"

	"stationkeeper/internal/record"
)

func (l language) complaint(d record.ComplaintData) string {
	return join(d.Topic, d.Text, l.service(d.Service))
}

func (l language) caseStep(d record.CaseData) string {
	return join(d.Number, d.Topic, d.Owner, d.Outcome, d.Note)
}

func (l language) printed(d record.PrintData) string { return join(d.Number, d.Reason) }

func (l language) paper(d record.PaperData) string {
	return join(fmt.Sprintf("%.1f m", float64(d.Length)/1000), d.By)
}

func (l language) acted(d record.StaffActedData) string { return join(d.Staff, d.Act, d.Detail) }

func (l language) captured(d record.ScreenData) string { return join(d.Screen, d.By) }
