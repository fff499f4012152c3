package touch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// TestOutOfService lets no file of the kiosk grow or change: its journal takes nothing. Customers are promised nothing,
// and told what to do instead; once files can be written again they are served, and the journal says for how long not.
func TestOutOfService(t *testing.T) {
	// A write beyond the limit is then an error, as on a disk that fails, and no signal.
	s := open(t, prop{under: []string{"env", "--block-signal=XFSZ"}})
	s.reads(chinese)
	s.written(record.NodeStarted, 1, nil)
	var whole unix.Rlimit
	s.must(unix.Prlimit(s.kiosk.Pid(), unix.RLIMIT_FSIZE, nil, &whole))
	s.must(unix.Prlimit(s.kiosk.Pid(), unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: whole.Max}, nil))
	s.touch("缴费", "暂时无法取号", "到柜台由工作人员为您办理")
	v := s.touch("返回", "本机暂停服务", "请到柜台，由工作人员为您取号和办理")
	if tiles := v.Kinds("tile"); len(tiles) > 0 {
		t.Errorf("out of service, and yet: %s", v.Texts())
	}
	s.written(record.TicketIssued, 0, nil)

	s.must(unix.Prlimit(s.kiosk.Pid(), unix.RLIMIT_FSIZE, &whole, nil))
	s.reads("业务办理", "缴费")
	s.touch("缴费", "B001")
	s.written(record.TicketIssued, 1, nil)
	told := 0
	for _, r := range s.records(record.PointRecovered) {
		var data record.PointData
		s.must(json.Unmarshal(r.Data, &data))
		if r.Source == "journal" && data.Quality == record.Good && strings.Contains(data.Reason, "nothing could be written down since") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("that the journal took nothing is told %d times", told)
	}
}
