package replay

// Name is what a service or counter of a recording is called on screens.
type Name struct {
	Zh, En string
}

// types are the kinds of calls of the recording, after its description.
var types = map[string]Name{
	"PS": {Zh: "日常业务", En: "Regular business"},
	"PE": {Zh: "日常业务（英语）", En: "Regular business in English"},
	"IN": {Zh: "网上银行支持", En: "Internet support"},
	"NE": {Zh: "证券业务", En: "Stock exchange"},
	"NW": {Zh: "新客户咨询", En: "New customers' questions"},
	"TT": {Zh: "客户回访", En: "Callbacks asked for"},
}

// ServiceNames names the services of the plan. A type that the description does not know goes by its code.
func (p *Plan) ServiceNames() map[string]Name {
	names := map[string]Name{}
	for _, s := range p.Rules.Services {
		name, ok := types[s.ID]
		if !ok {
			name = Name{Zh: s.ID, En: s.ID}
		}
		names[s.ID] = name
	}
	return names
}

// CounterNames names the counters of the plan by their servers.
func (p *Plan) CounterNames() map[string]Name {
	names := map[string]Name{}
	for _, c := range p.Rules.Counters {
		names[c.ID] = Name{Zh: c.ID, En: c.ID}
	}
	return names
}
