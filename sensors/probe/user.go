package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// account is a line of /etc/passwd or /etc/group: a name, a number, and a group's members.
type account struct {
	name    string
	number  int
	members []string
}

// accounts reads such a file; lines that are none are left out.
func (m Machine) accounts(path string) []account {
	var all []account
	for _, text := range strings.Split(m.read(path), "\n") {
		fields := strings.Split(text, ":")
		if len(fields) < 4 {
			continue
		}
		n, err := strconv.Atoi(fields[2])
		if err != nil {
			continue
		}
		all = append(all, account{fields[0], n, strings.Split(fields[3], ",")})
	}
	return all
}

// name is that of a user or a group; its number when it has none.
func (m Machine) name(path string, number int) string {
	for _, a := range m.accounts(path) {
		if a.number == number {
			return clean(a.name)
		}
	}
	if number == 0 {
		return "root" // also where there is no list
	}
	return strconv.Itoa(number)
}

func (m Machine) user() User {
	u := User{Name: m.name("/etc/passwd", m.User), Number: m.User}
	groups := slices.Clone(m.Groups)
	slices.Sort(groups)
	for _, g := range slices.Compact(groups) {
		u.Groups = append(u.Groups, m.name("/etc/group", g))
	}
	return u
}

// rules is the file that gives devices to groups, which the package installs.
const rules = "60-stationkeeper.rules"

// advise notes what to do about a device that the user may not open: join the group that may, or give it to one.
func (r *Report) advise(path string) {
	path = r.machine.end(path)
	kind, _ := number(path)
	kind = strings.TrimRight(kind, "0123456789.") + "*"
	o, err := r.machine.Owner(r.machine.path(path))
	const readWrite = 0o060
	switch {
	case err != nil:
		r.note(fmt.Sprintf("%s cannot be looked at: %v", path, err))
	case o.Group == 0 || o.Mode&readWrite != readWrite:
		if !slices.Contains(r.rooted, kind) {
			r.rooted = append(r.rooted, kind)
		}
	default:
		r.note(r.join(kind, o.Group))
	}
}

func (r *Report) note(advice string) {
	if !slices.Contains(r.Advice, advice) {
		r.Advice = append(r.Advice, advice)
	}
}

// join is what to do about devices that belong to a group.
func (r *Report) join(kind string, number int) string {
	group, user := r.machine.name("/etc/group", number), r.User.Name
	switch {
	case slices.Contains(r.machine.Groups, number):
		return fmt.Sprintf("%s belong to group %s, which %s is in, and cannot be opened all the same: does a sandbox or a container forbid it?", kind, group, user)
	case r.machine.member(user, number):
		return fmt.Sprintf("%s belong to group %s. %s has been added to it, but not in this session: log out and in again, or restart the service", kind, group, user)
	}
	return fmt.Sprintf("%s belong to group %s. Join it: sudo usermod -aG %s %s, then log in again; a service gets it by SupplementaryGroups=%s in its unit",
		kind, group, group, user, group)
}

// install is what to do about devices that no group may open.
func (r *Report) install() {
	if len(r.rooted) > 0 {
		r.note(fmt.Sprintf("%s are for root alone. Install configs/udev/%s in /etc/udev/rules.d, which gives them to groups, then: sudo udevadm control --reload && sudo udevadm trigger",
			strings.Join(r.rooted, ", "), rules))
	}
}

func (m Machine) member(user string, group int) bool {
	for _, a := range m.accounts("/etc/group") {
		if a.number == group && slices.Contains(a.members, user) {
			return true
		}
	}
	return false
}
