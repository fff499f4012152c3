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
			return a.name
		}
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
	advice := r.advice(r.machine.end(path))
	if !slices.Contains(r.Advice, advice) {
		r.Advice = append(r.Advice, advice)
	}
}

func (r *Report) advice(path string) string {
	kind, _ := number(path)
	o, err := r.machine.Owner(r.machine.path(path))
	if err != nil {
		return fmt.Sprintf("%s cannot be looked at: %v", path, err)
	}
	const readWrite = 0o060
	if o.Group == 0 || o.Mode&readWrite != readWrite {
		return fmt.Sprintf("%s* belong to %s alone. Install configs/udev/%s in /etc/udev/rules.d, which gives them to a group; then: sudo udevadm control --reload && sudo udevadm trigger",
			kind, r.machine.name("/etc/passwd", o.User), rules)
	}
	group := r.machine.name("/etc/group", o.Group)
	if slices.Contains(r.machine.Groups, o.Group) {
		return fmt.Sprintf("%s* belong to group %s, which %s is in, and cannot be opened all the same: does a sandbox or a container forbid it?", kind, group, r.User.Name)
	}
	if r.machine.member(r.User.Name, o.Group) {
		return fmt.Sprintf("%s* belong to group %s. %s has been added to it, but not in this session: log out and in again, or restart the service", kind, group, r.User.Name)
	}
	return fmt.Sprintf("%s* belong to group %s. Join it: sudo usermod -aG %s %s, then log in again; a service gets it by SupplementaryGroups=%s in its unit",
		kind, group, group, r.User.Name, group)
}

func (m Machine) member(user string, group int) bool {
	for _, a := range m.accounts("/etc/group") {
		if a.number == group && slices.Contains(a.members, user) {
			return true
		}
	}
	return false
}
