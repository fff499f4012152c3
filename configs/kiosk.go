package configs

// Kiosk is the configuration of the program kiosk.
type Kiosk struct {
	Node `yaml:",inline"`
}

// LoadKiosk reads the kiosk's configuration strictly; an empty path means no file, flags alone.
func LoadKiosk(path string, flags Overrides) (Kiosk, error) {
	k := Kiosk{Node: defaultNode("kiosk")}
	err := load(path, &k, func(k *Kiosk) { flags.apply(&k.Node) }, func(k *Kiosk, c *checker) { k.check(c) })
	return k, err
}
