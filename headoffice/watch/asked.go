package watch

import (
	"context"
	"encoding/json"
	"errors"

	"stationkeeper/headoffice/store"
)

// documentQuestionnaire is the document that says what customers are asked. Of it only the words are read here: the kiosk
// judges whether it can go by it.
const documentQuestionnaire = "questionnaire"

// questionnaire is what of that document gives names to what customers answered.
type questionnaire struct {
	Questions []struct {
		named
		Options []named `json:"options"`
	} `json:"questions"`
}

type named struct {
	ID   string `json:"id"`
	Text struct {
		Zh string `json:"zh"`
		En string `json:"en"`
	} `json:"text"`
}

func (n named) in(l language) string {
	if l == english && n.Text.En != "" || n.Text.Zh == "" {
		return n.Text.En
	}
	return n.Text.Zh
}

// question names a question, and option what was chosen: as the document does, in the words that every station has, or by
// the id.
func (q questionnaire) question(l language, id string) string {
	for _, one := range q.Questions {
		if one.ID == id && one.in(l) != "" {
			return one.in(l)
		}
	}
	return l.known("question.", id)
}

func (q questionnaire) option(l language, question, id string) string {
	for _, one := range q.Questions {
		for _, o := range one.Options {
			if one.ID == question && o.ID == id && o.in(l) != "" {
				return o.in(l)
			}
		}
	}
	return l.known("option.", id)
}

// questionnaireOf is what head office wants customers of a station to be asked; empty when that is the kiosk's own.
func (w *watch) questionnaireOf(ctx context.Context, station store.Station) (q questionnaire, err error) {
	for _, n := range station.Nodes {
		key := store.NodeKey{Station: station.ID, Node: n.ID}
		c, err := w.Store.Configuration(ctx, key)
		if errors.Is(err, store.ErrNotFound) || err == nil && c.Desired == 0 {
			continue
		}
		if err != nil {
			return q, err
		}
		d, err := w.Store.Desired(ctx, key, c.Desired)
		if err != nil {
			return q, err
		}
		if text, ok := d.Documents[documentQuestionnaire]; ok && json.Unmarshal(text, &q) == nil {
			return q, nil
		}
	}
	return questionnaire{}, nil
}
