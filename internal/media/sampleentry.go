package media

import "encoding/binary"

const (
	visualEntry    = 78 // bytes of a VisualSampleEntry before its boxes (ISO/IEC 14496-12 §12.1.3)
	audioEntry     = 28 // of an AudioSampleEntry (§12.2.3)
	quickTimeEntry = 16 // that QuickTime's version 1 has more
	maxEntryBoxes  = 64
)

// takeEntry reads stsd (§8.5.2), of which one entry is understood.
func (x *trackReader) takeEntry(b mp4Box) error {
	head, err := b.bytes(x.r, tableHead)
	if err != nil {
		return err
	}
	if len(head) < tableHead {
		return refuses(BrokenTables)
	}
	if binary.BigEndian.Uint32(head[4:]) != 1 {
		return refuses(SeveralFormats)
	}
	entry, err := boxAt(x.r, b.at+tableHead, b.end)
	if err != nil {
		return err
	}
	x.t.Format = entry.kind
	switch entry.kind {
	case "avc1":
		return eachBox(x.r, min(entry.at+visualEntry, entry.end), entry.end, maxEntryBoxes, x.takeVisual)
	case "mp4a":
		return x.takeAudio(entry)
	}
	return nil
}

func (x *trackReader) takeVisual(b mp4Box) (err error) {
	switch b.kind {
	case "avcC":
		x.t.AVCConfig, err = b.bytes(x.r, smallBox)
	case "colr":
		x.t.ColourBox, err = b.bytes(x.r, 11)
		x.t.ColourBox = nclx(x.t.ColourBox)
	}
	return err
}

// nclx returns the content of a colour box as ISO files have it; QuickTime's says the same without the range.
func nclx(content []byte) []byte {
	switch {
	case len(content) >= 11 && string(content[:4]) == "nclx":
		return content[:11]
	case len(content) >= 10 && string(content[:4]) == "nclc":
		return append([]byte("nclx"), append(content[4:10:10], 0)...)
	}
	return nil
}

// takeAudio looks for the decoder's configuration, which QuickTime keeps in a box of its own.
func (x *trackReader) takeAudio(entry mp4Box) error {
	head, err := entry.bytes(x.r, audioEntry)
	if err != nil {
		return err
	}
	if len(head) < audioEntry {
		return refuses(BrokenTables)
	}
	skip := int64(audioEntry)
	switch binary.BigEndian.Uint16(head[8:]) {
	case 0:
	case 1:
		skip += quickTimeEntry
	default:
		return refuses(SoundEntry)
	}
	var find func(mp4Box) error
	find = func(b mp4Box) error {
		switch b.kind {
		case "wave":
			return eachBox(x.r, b.at, b.end, maxEntryBoxes, func(b mp4Box) error {
				if b.kind == "wave" {
					return refuses(BrokenTables)
				}
				return find(b)
			})
		case "esds":
			content, err := b.bytes(x.r, smallBox)
			x.t.AudioConfig = audioConfig(content)
			return err
		}
		return nil
	}
	return eachBox(x.r, min(entry.at+skip, entry.end), entry.end, maxEntryBoxes, find)
}

// Descriptors of an elementary stream (ISO/IEC 14496-1 §7.2.6).
const (
	esDescriptor      = 3
	configDescriptor  = 4
	specificInfo      = 5
	objectMPEG4Audio  = 0x40
	esFixed           = 3
	configFixed       = 13
	esDependsFlag     = 0x80
	esURLFlag         = 0x40
	esClockFlag       = 0x20
	lengthMore        = 0x80
	mostLengthOctets  = 4
	lengthOctetBits   = 7
	lengthOctetValues = 0x7f
)

// audioConfig returns the AudioSpecificConfig of an esds box's content, nil where it has none or is of another codec.
func audioConfig(content []byte) []byte {
	if len(content) < fullBoxHead {
		return nil
	}
	es := descriptor(content[fullBoxHead:], esDescriptor)
	if len(es) < esFixed {
		return nil
	}
	flags, rest := es[2], es[esFixed:]
	if flags&(esDependsFlag|esURLFlag|esClockFlag) != 0 { // nobody writes them into files
		return nil
	}
	config := descriptor(rest, configDescriptor)
	if len(config) < configFixed || config[0] != objectMPEG4Audio {
		return nil
	}
	return descriptor(config[configFixed:], specificInfo)
}

// descriptor returns the content of the descriptor that data begins with, nil where it is another one.
func descriptor(data []byte, tag byte) []byte {
	if len(data) == 0 || data[0] != tag {
		return nil
	}
	length, at := 0, 1
	for range mostLengthOctets {
		if at == len(data) {
			return nil
		}
		octet := data[at]
		length, at = length<<lengthOctetBits|int(octet&lengthOctetValues), at+1
		if octet&lengthMore == 0 {
			break
		}
	}
	if length > len(data)-at {
		return nil
	}
	return data[at : at+length]
}
