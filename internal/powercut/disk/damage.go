package disk

import "math/rand/v2"

// Damage is a way in which a power cut treats what is in the cache. Writes that survive are applied in their order, so
// that an older version of a sector can outlast a newer one, but never replaces it.
type Damage int

// The ways there are.
const (
	// Sectors: every sector of every write by itself survives or not.
	Sectors Damage = iota
	// Writes: every write survives whole or not at all, which reorders them against each other.
	Writes
	// Pages: every 4 KiB page of every write survives, is lost, or is torn in two at a sector.
	Pages
	// Prefix: everything up to some write survives, nothing after it, and that write is torn in two.
	Prefix
	// AllButOne: everything survives but one page.
	AllButOne
	// OnlyOne: nothing survives but one page.
	OnlyOne
)

// Damages lists all of them.
var Damages = []Damage{Sectors, Writes, Pages, Prefix, AllButOne, OnlyOne}

var damageNames = [...]string{"sectors", "writes", "pages", "prefix", "all-but-one", "only-one"}

func (d Damage) String() string { return damageNames[d] }

// pageSectors is how many sectors the page of a file system or database has.
const pageSectors = 4096 / SectorSize

// survivors says of every sector of every write whether it survives.
func (d Damage) survivors(rng *rand.Rand, cache []write) [][]bool {
	kept := make([][]bool, len(cache))
	for i, w := range cache {
		kept[i] = make([]bool, len(w.data)/SectorSize)
	}
	if len(cache) == 0 {
		return kept
	}
	switch d {
	case Sectors, Writes, Pages:
		d.scatter(rng, kept)
	case Prefix:
		last := rng.IntN(len(kept))
		for _, sectors := range kept[:last] {
			set(sectors, true)
		}
		set(kept[last][:rng.IntN(len(kept[last])+1)], true)
	case AllButOne, OnlyOne:
		for _, sectors := range kept {
			set(sectors, d == AllButOne)
		}
		set(page(rng, kept[rng.IntN(len(kept))]), d == OnlyOne)
	}
	return kept
}

// scatter decides piece by piece, with one chance of survival for all of them: a cut soon after a flush finds most of
// the cache unwritten, a late one most of it written.
func (d Damage) scatter(rng *rand.Rand, kept [][]bool) {
	chance := rng.Float64()
	for _, sectors := range kept {
		switch d {
		case Sectors:
			for s := range sectors {
				sectors[s] = rng.Float64() < chance
			}
		case Writes:
			set(sectors, rng.Float64() < chance)
		case Pages:
			for len(sectors) > 0 {
				n := min(pageSectors, len(sectors))
				set(sectors[:n], rng.Float64() < chance)
				if rng.IntN(4) == 0 {
					set(sectors[:rng.IntN(n+1)], !sectors[0])
				}
				sectors = sectors[n:]
			}
		}
	}
}

// page picks one page of a write.
func page(rng *rand.Rand, sectors []bool) []bool {
	first := rng.IntN((len(sectors)+pageSectors-1)/pageSectors) * pageSectors
	return sectors[first:min(first+pageSectors, len(sectors))]
}

func set(sectors []bool, to bool) {
	for i := range sectors {
		sectors[i] = to
	}
}
