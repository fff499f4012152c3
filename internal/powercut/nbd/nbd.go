// Package nbd serves a disk to a virtual machine by the Network Block Device protocol: newstyle negotiation of one
// unnamed export, simple replies, reading, writing, flushing and writing through the cache (FUA).
//
// The protocol is described in doc/proto.md of the repository NetworkBlockDevice/nbd; names here are from there.
package nbd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Device is the disk that is served.
type Device interface {
	// Size is its length in bytes.
	Size() int64
	Read(p []byte, offset int64) error
	// Write may keep p in a volatile cache unless through is set.
	Write(p []byte, offset int64, through bool) error
	// Flush returns after everything written before is on the medium.
	Flush() error
}

// Numbers of the protocol, all big-endian on the wire.
const (
	magicInit    = 0x4e42444d41474943 // "NBDMAGIC"
	magicOption  = 0x49484156454f5054 // "IHAVEOPT"
	magicAnswer  = 0x3e889045565a9
	magicRequest = 0x25609513
	magicReply   = 0x67446698

	flagFixed    = 1 << 0 // newstyle negotiation as the text now has it
	flagNoZeroes = 1 << 1

	optExportName = 1
	optAbort      = 2
	optInfo       = 6
	optGo         = 7

	repAck         = 1
	repInfo        = 3
	repUnsupported = 1<<31 | 1
	repInvalid     = 1<<31 | 3

	infoExport    = 0
	infoBlockSize = 3

	transmission = 1<<0 | 1<<2 | 1<<3 // has flags, can flush, can write through

	cmdRead  = 0
	cmdWrite = 1
	cmdDisc  = 2
	cmdFlush = 3

	cmdFlagFUA = 1 << 0

	errIO    = 5
	errInval = 22
)

const (
	sectorSize   = 512
	maxRequest   = 32 << 20 // the longest read or write, in bytes, that clients may send without asking
	maxOption    = 4 << 10  // longer options are refused
	exportPad    = 124      // zeroes after an export's size and flags for clients that did not decline them
	preferredLen = 4096
)

// errDone ends a negotiation or a session that the client has ended.
var errDone = errors.New("client has ended the session")

// Serve speaks with one client until it ends the session, which is no error. An error of the device is passed on to
// the client, unless it wraps silent: that is how a disk fails whose power is cut, and ends the session unanswered.
func Serve(conn io.ReadWriter, device Device, silent error) error {
	s := session{conn: conn, device: device, silent: silent}
	err := s.negotiate()
	for err == nil {
		err = s.request()
	}
	if errors.Is(err, errDone) || (silent != nil && errors.Is(err, silent)) {
		return nil
	}
	return fmt.Errorf("serve a disk: %w", err)
}

type session struct {
	conn     io.ReadWriter
	device   Device
	silent   error
	noZeroes bool
}

// negotiate ends when the client has chosen the export.
func (s *session) negotiate() error {
	hello := binary.BigEndian.AppendUint64(nil, magicInit)
	hello = binary.BigEndian.AppendUint64(hello, magicOption)
	hello = binary.BigEndian.AppendUint16(hello, flagFixed|flagNoZeroes)
	if _, err := s.conn.Write(hello); err != nil {
		return fmt.Errorf("greet: %w", err)
	}
	var flags [4]byte
	if _, err := io.ReadFull(s.conn, flags[:]); err != nil {
		return fmt.Errorf("read the client's flags: %w", err)
	}
	s.noZeroes = binary.BigEndian.Uint32(flags[:])&flagNoZeroes != 0
	for {
		chosen, err := s.option()
		if err != nil {
			return fmt.Errorf("negotiate: %w", err)
		}
		if chosen {
			return nil
		}
	}
}

// option answers one option and reports whether the session now goes on with requests.
func (s *session) option() (chosen bool, err error) {
	var head [16]byte
	if _, err := io.ReadFull(s.conn, head[:]); err != nil {
		return false, err
	}
	option, length := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
	if magic := binary.BigEndian.Uint64(head[:]); magic != magicOption || length > maxOption {
		return false, fmt.Errorf("option %d of %d bytes with magic %#x", option, length, magic)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(s.conn, data); err != nil {
		return false, err
	}
	switch option {
	case optExportName:
		export := s.export(nil)
		if !s.noZeroes {
			export = append(export, make([]byte, exportPad)...)
		}
		_, err := s.conn.Write(export)
		return true, err
	case optAbort:
		return false, errors.Join(s.answer(option, repAck, nil), errDone)
	case optInfo, optGo:
		if length < 6 || binary.BigEndian.Uint32(data) > length-6 {
			return false, s.answer(option, repInvalid, nil)
		}
		return option == optGo, s.describe(option)
	default:
		return false, s.answer(option, repUnsupported, nil)
	}
}

// describe tells all there is to know of the export, whatever its name.
func (s *session) describe(option uint32) error {
	blocks := binary.BigEndian.AppendUint16(nil, infoBlockSize)
	for _, size := range []uint32{sectorSize, preferredLen, maxRequest} {
		blocks = binary.BigEndian.AppendUint32(blocks, size)
	}
	return errors.Join(
		s.answer(option, repInfo, s.export(binary.BigEndian.AppendUint16(nil, infoExport))),
		s.answer(option, repInfo, blocks),
		s.answer(option, repAck, nil))
}

// export appends the export's size and flags.
func (s *session) export(to []byte) []byte {
	to = binary.BigEndian.AppendUint64(to, uint64(s.device.Size()))
	return binary.BigEndian.AppendUint16(to, transmission)
}

func (s *session) answer(option, kind uint32, data []byte) error {
	b := binary.BigEndian.AppendUint64(nil, magicAnswer)
	b = binary.BigEndian.AppendUint32(b, option)
	b = binary.BigEndian.AppendUint32(b, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	_, err := s.conn.Write(append(b, data...))
	return err
}

// request serves one request.
func (s *session) request() error {
	var head [28]byte
	if _, err := io.ReadFull(s.conn, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return errDone // as killed clients do
		}
		return fmt.Errorf("read a request: %w", err)
	}
	flags, command := binary.BigEndian.Uint16(head[4:]), binary.BigEndian.Uint16(head[6:])
	offset, length := int64(binary.BigEndian.Uint64(head[16:])), binary.BigEndian.Uint32(head[24:])
	if magic := binary.BigEndian.Uint32(head[:]); magic != magicRequest || length > maxRequest {
		return fmt.Errorf("request %d of %d bytes with magic %#x", command, length, magic)
	}
	var err error
	var data []byte
	code := uint32(errIO)
	switch command {
	case cmdRead:
		data = make([]byte, length)
		err = s.device.Read(data, offset)
	case cmdWrite:
		received := make([]byte, length)
		if _, err := io.ReadFull(s.conn, received); err != nil {
			return fmt.Errorf("read what is to be written: %w", err)
		}
		err = s.device.Write(received, offset, flags&cmdFlagFUA != 0)
	case cmdFlush:
		err = s.device.Flush()
	case cmdDisc:
		return errDone
	default:
		code, err = errInval, fmt.Errorf("command %d is not known", command)
	}
	if s.silent != nil && errors.Is(err, s.silent) {
		return err
	}
	if err == nil {
		code = 0
	} else {
		data = nil
	}
	reply := binary.BigEndian.AppendUint32(make([]byte, 0, 16+len(data)), magicReply)
	reply = binary.BigEndian.AppendUint32(reply, code)
	reply = append(reply, head[8:16]...)
	if _, err := s.conn.Write(append(reply, data...)); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}
