package complaint

import (
	"slices"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// Heading is what is asked, and in small letters how to answer.
func (f *Flow) Heading(s flow.Scene) (large, small string) {
	c := &s.Words.Complaint
	switch f.state.step {
	case phone:
		return c.Phone, c.KindSmall
	case topic:
		return c.Topic, lang.Both(f.kindName(s), c.TopicSmall)
	case details:
		return c.Details, lang.Both(find(f.topics, f.state.topic).Names.In(s.Language), s.Words.Survey.AnyOf)
	case call:
		return c.Call, f.kindName(s)
	case review:
		return c.Review, c.ReviewSmall
	case filed:
		return c.KindSmall, ""
	}
	return c.Kind, c.KindSmall
}

// Spoken is what is read aloud.
func (f *Flow) Spoken(s flow.Scene) string {
	c := &s.Words.Complaint
	heading, _ := f.Heading(s)
	said := []string{heading}
	switch f.state.step {
	case kind:
		said = append(said, c.Complaint, c.ComplaintMore, c.Suggestion, c.SuggestionMore, c.Praise, c.PraiseMore, c.Phone, c.PhoneMore)
	case phone:
		said = append(said, c.PhoneTitle, c.PhoneText)
	case topic:
		said = append(said, topicNames(f.topics, s.Language)...)
		if len(f.topics) == 0 {
			said = append(said, c.NoTopics, c.NoTopicsDo)
		}
	case details:
		for _, d := range find(f.topics, f.state.topic).Details {
			name := d.Names.In(s.Language)
			if slices.Contains(f.state.details, d.ID) {
				name = lang.Both(name, s.Words.Survey.Chosen)
			}
			said = append(said, name)
		}
	case call:
		// Not the digits: others hear them.
		said = append(said, c.CallSmall, c.CallNone)
	case review:
		facts := f.facts(s)
		for _, fact := range facts[:len(facts)-1] { // not the number: others hear it
			if fact.value != "" {
				said = append(said, lang.Both(fact.label, fact.value))
			}
		}
		said = append(said, c.ReviewSmall, c.Send)
	case filed:
		said = append(said, f.done.notice.Spoken()...)
	}
	return lang.Aloud(s.Language, said...)
}
