package web

// Name is what a service, a counter or the place is called in the pages' two languages.
type Name struct {
	Zh, En string
}

// Named is the name of an id; one without a name is called by its id.
func Named(names map[string]Name, id string) Name {
	if name, ok := names[id]; ok {
		return name
	}
	return Name{Zh: id, En: id}
}

// Names are those of a hall, by id.
type Names struct {
	Services, Counters, Groups, Classes, Outcomes map[string]Name
}
