// Package terminal is the screen of a terminal that asks for nothing but a face: one question, five answers, thanks. Who
// is dissatisfied may say why, by choices, or leave that out.
package terminal

import (
	"context"

	"stationkeeper/ui/survey"
)

// Desk takes the ratings. It decides which of many equal ones in a row count once; the screen thanks for each.
type Desk interface {
	Rate(ctx context.Context, r survey.Rating) (caseNumber string, err error)
}

var _ Desk = survey.Desk(nil)
