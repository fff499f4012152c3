package theme

// Faces are the screen's fonts as files (OpenType), for what else is drawn with them, such as tickets on paper.
func Faces() (regular, bold []byte, err error) {
	r, err := font("lobby-regular.otf")
	if err != nil {
		return nil, nil, err
	}
	b, err := font("lobby-bold.otf")
	if err != nil {
		return nil, nil, err
	}
	return r.Content(), b.Content(), nil
}
