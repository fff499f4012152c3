package machine

import (
	"bytes"
	"fmt"
)

// File is one entry of an initial file system. A folder has no content.
type File struct {
	Name    string // without a slash in front
	Mode    uint32 // permissions
	Folder  bool
	Content []byte
}

// File types of stat(2).
const (
	typeFolder  = 0o040000
	typeRegular = 0o100000
)

// Initrd packs files as the kernel unpacks them: a cpio archive in the "newc" format, see
// Documentation/driver-api/early-userspace/buffer-format.rst of the kernel. Folders come before what is in them.
func Initrd(files []File) []byte {
	var archive bytes.Buffer
	for i, f := range files {
		mode := f.Mode | typeRegular
		if f.Folder {
			mode = f.Mode | typeFolder
		}
		addEntry(&archive, uint32(i+1), mode, f.Name, f.Content)
	}
	addEntry(&archive, 0, 0, "TRAILER!!!", nil)
	return archive.Bytes()
}

func addEntry(archive *bytes.Buffer, inode, mode uint32, name string, content []byte) {
	const links = 1
	fields := [...]uint32{
		inode, mode, 0, 0, links, 0, uint32(len(content)), // inode, mode, uid, gid, links, mtime, size
		0, 0, 0, 0, uint32(len(name) + 1), 0, // devices, length of the name with its zero, checksum
	}
	archive.WriteString("070701")
	for _, field := range fields {
		fmt.Fprintf(archive, "%08X", field)
	}
	archive.WriteString(name)
	archive.WriteByte(0)
	pad(archive)
	archive.Write(content)
	pad(archive)
}

func pad(archive *bytes.Buffer) {
	for archive.Len()%4 != 0 {
		archive.WriteByte(0)
	}
}
