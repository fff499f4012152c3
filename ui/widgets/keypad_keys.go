package widgets

// Keys are those of the pad, also the hidden ones.
func (k *Keypad) Keys() []*Key {
	return append(append([]*Key{}, k.keys...), k.erase, k.done, k.others)
}
