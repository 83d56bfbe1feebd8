package clips

import (
	"strings"

	"matinee/internal/testkit/cook"
)

// Real footage; origin and licences are in footage/LICENCES.md.
const (
	BigBuckBunny Clip = "big-buck-bunny" // 854x480, 24 fps, 30 s, stereo
	CarDetection Clip = "car-detection"  // 768x432, 12.5 fps, 30 s
	Flower       Clip = "flower"         // 960x540, 29.97 fps, 5 s
	Friday       Clip = "friday"         // 640x480, 30 fps, 6 s, audio stream first
)

func footage() map[Clip]string {
	return map[Clip]string{
		BigBuckBunny: "big-buck-bunny-480p-30s.mp4",
		CarDetection: "car-detection-768x432-30s.mp4",
		Flower:       "flower-960x540-5s.mp4",
		Friday:       "friday-640x480-6s.mp4",
	}
}

// Made clips, about 4 s of 320x180 unless said otherwise.
const (
	Film              Clip = "film"                // 23.976 fps, open GOP, 5 B pictures
	OneKeyFrame       Clip = "one-key-frame"       // 25 fps, a single key frame
	Phone             Clip = "phone"               // variable rate: jitter around 29.97, one jump
	Rotated           Clip = "rotated"             // shown as 180x320
	OddSize           Clip = "odd-size"            // 321x181, 4:4:4
	LateAudio         Clip = "late-audio"          // sound starts 0.7 s after the picture
	LateVideo         Clip = "late-video"          // picture starts 0.7 s after the sound
	LatestVideo       Clip = "latest-video"        // picture starts 2.3 s after the sound
	IntraRefresh      Clip = "intra-refresh"       // 12 s, no key frame but the first
	LongAudio         Clip = "long-audio"          // sound lasts 1.5 s longer
	Silent            Clip = "silent"              // no audio stream; its index comes first
	ProgramStream     Clip = "program-stream"      // MPEG-PS, MPEG-2
	TransportHEVC     Clip = "transport-hevc"      // MPEG-TS, HEVC, 21 s, key frames 10 s apart
	OpenHEVC          Clip = "open-hevc"           // HEVC, open GOP
	Interlaced        Clip = "interlaced"          // 25i, anamorphic
	HDR               Clip = "hdr"                 // HEVC 10 bit, PQ
	HLG               Clip = "hlg"                 // HEVC 10 bit, HLG, primaries and matrix not said
	FullRange         Clip = "full-range"          // MJPEG in MOV, full-range 4:2:0
	Animation         Clip = "animation"           // GIF, 10 fps
	ScreenWebM        Clip = "screen-webm"         // VP8, variable rate, long pauses
	LiveMatroska      Clip = "live-matroska"       // neither duration nor index
	LiveWebM          Clip = "live-webm"           // the same of a browser, VP8
	CutAVI            Clip = "cut-avi"             // MPEG-4 in AVI, cut off before its index
	Joined            Clip = "joined"              // three recordings in one MPEG-TS: the clock jumps twice, the second has another size
	OnePicture        Clip = "one-picture"         // 0.04 s
	FlashBeep         Clip = "flash-beep"          // white picture and tone 2 s into the file, picture 0.72 s late, MOV
	FlashBeepMatroska Clip = "flash-beep-matroska" // the same, Matroska
	CoverArt          Clip = "cover-art"           // sound with an attached picture
	Feature           Clip = "feature"             // Matroska from 5 s on: picture 0.4 s late, three sounds, two subtitles, chapters
	RadioStream       Clip = "radio-stream"        // MPEG-TS of two sounds without pictures
	Whole             Clip = "whole"               // 8 s, key frames a second apart, its index first
	Spoilt            Clip = "spoilt"              // the same with random bytes in two places
	ManyStreams       Clip = "many-streams"        // 70 audio streams
	Huge              Clip = "huge"                // 16384x8704
	FarTimestamp      Clip = "far-timestamp"       // one picture 150 days later
	Empty             Clip = "empty"               // no bytes
	Text              Clip = "text"                // a text named .mp4
	Playlist          Clip = "playlist"            // an HLS playlist named .mp4
	ConcatScript      Clip = "concat-script"       // a concat script named .mp4
	NoIndex           Clip = "no-index"            // an MP4 that ends before its moov
	HollowMP4         Clip = "hollow-mp4"          // boxes in order, nothing in them
)

const (
	picture = "-f lavfi -i testsrc2=s=320x180:d=4.2:r="
	tone    = " -f lavfi -i sine=f=440:b=4:r=48000:d=4.2 "
	h264    = " -c:v libx264 -preset veryfast -pix_fmt yuv420p -threads 1 "
	aac     = " -c:a aac -b:a 96k -ac 2 "
	hevc    = " -c:v libx265 -preset ultrafast -threads 1 -x265-params log-level=error:pools=1:"
)

// gops has a group of pictures every second.
const gops = "-f lavfi -i testsrc2=s=320x180:d=8:r=25" + h264 + "-g 25 -keyint_min 25 -sc_threshold 0 -bf 2 -movflags +faststart "

// flashBeep has its flash and its tone at 2 s of the file; without copied times the flash would start the picture's track.
const flashBeep = "-itsoffset 0.72 -f lavfi -i color=black:s=320x180:r=25:d=4 -f lavfi -i 'aevalsrc=if(gte(t\\,2)\\,0.8*sin(2*PI*1000*t)\\,0):s=48000:d=4.5' " +
	"-filter_complex '[0:v]drawbox=color=white:t=fill:enable=gte(t\\,2)[v]' -map [v] -map 1" + h264 + aac

func recipes() map[Clip]cook.Recipe {
	return map[Clip]cook.Recipe{
		Film:        {File: "film.mp4", Steps: []string{picture + "24000/1001" + tone + h264 + "-x264-params open-gop=1:keyint=48:min-keyint=24:bframes=5:b-pyramid=normal:ref=4" + aac + "film.mp4"}},
		OneKeyFrame: {File: "one.mp4", Steps: []string{picture + "25" + tone + h264 + "-g 9999 -sc_threshold 0" + aac + "one.mp4"}},
		Phone: {File: "phone.mp4", Steps: []string{picture + "30" + tone +
			"-vf 'settb=1/90000,setpts=N*3003+600*sin(N*1.7)+if(gt(N\\,60)\\,5000\\,0)' -fps_mode passthrough -enc_time_base 1/90000" + h264 + "-video_track_timescale 90000" + aac + "phone.mp4"}},
		Rotated: {File: "rotated.mp4", Steps: []string{
			picture + "30" + tone + h264 + aac + "upright.mp4",
			"-i upright.mp4 -c copy -metadata:s:v:0 rotate=90 rotated.mp4"}},
		OddSize:       {File: "odd.mp4", Steps: []string{"-f lavfi -i testsrc2=s=321x181:r=25:d=3.2" + tone + "-c:v libx264 -preset veryfast -pix_fmt yuv444p -threads 1" + aac + "odd.mp4"}},
		LateAudio:     {File: "late.mp4", Steps: []string{picture + "25 -itsoffset 0.7" + tone + h264 + aac + "late.mp4"}},
		LateVideo:     {File: "late.mkv", Steps: []string{"-itsoffset 0.7 " + picture + "24000/1001" + tone + h264 + aac + "late.mkv"}},
		LatestVideo:   {File: "latest.mkv", Steps: []string{"-itsoffset 2.3 " + picture + "25" + tone + h264 + aac + "latest.mkv"}},
		IntraRefresh:  {File: "refresh.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=25:d=12" + h264 + "-x264-params intra-refresh=1:keyint=50 refresh.mp4"}},
		LongAudio:     {File: "long.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:d=2.7:r=25" + tone + h264 + aac + "long.mp4"}},
		Silent:        {File: "silent.mp4", Steps: []string{picture + "25" + h264 + "-movflags +faststart silent.mp4"}},
		ProgramStream: {File: "program.mpg", Steps: []string{picture + "25" + tone + "-c:v mpeg2video -b:v 1M -bf 2 -g 15 -threads 1 -c:a mp2 -f mpeg program.mpg"}},
		TransportHEVC: {File: "hevc.ts", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=25:d=21" + tone + hevc + "keyint=250" + aac + "-f mpegts hevc.ts"}},
		OpenHEVC:      {File: "open.mp4", Steps: []string{picture + "24" + tone + hevc + "keyint=48:open-gop=1:bframes=4 -tag:v hvc1" + aac + "open.mp4"}},
		Interlaced: {File: "interlaced.mp4", Steps: []string{"-f lavfi -i testsrc2=s=360x288:r=50:d=4" + tone +
			"-vf tinterlace=interleave_top,setsar=64/45 -c:v libx264 -preset veryfast -threads 1 -flags +ildct+ilme -x264-params tff=1 -r 25" + aac + "interlaced.mp4"}},
		HDR: {File: "hdr.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:d=2.2:r=24 -pix_fmt yuv420p10le" + hevc +
			"colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -tag:v hvc1 hdr.mp4"}},
		HLG:          {File: "hlg.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:d=2.2:r=24 -pix_fmt yuv420p10le" + hevc + "transfer=arib-std-b67 -tag:v hvc1 hlg.mp4"}},
		FullRange:    {File: "full.mov", Steps: []string{"-f lavfi -i testsrc2=s=320x180:d=2.2:r=30 -c:v mjpeg -q:v 6 -pix_fmt yuvj420p full.mov"}},
		Animation:    {File: "animation.gif", Steps: []string{"-f lavfi -i testsrc2=s=160x90:r=10:d=3 animation.gif"}},
		ScreenWebM:   {File: "screen.webm", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=30:d=5" + tone + "-vf 'select=lt(t\\,1)+not(mod(n\\,23)),settb=1/1000' -fps_mode passthrough -enc_time_base 1/1000 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -threads 1 -c:a libopus screen.webm"}},
		LiveMatroska: {File: "live.mkv", Steps: []string{picture + "25" + tone + h264 + aac + "-f matroska -live 1 live.mkv"}},
		LiveWebM:     {File: "live.webm", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=30:d=5" + tone + "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -auto-alt-ref 1 -lag-in-frames 16 -threads 1 -c:a libopus -f webm -live 1 live.webm"}},
		CutAVI: {File: "cut.avi", Steps: []string{
			"-f lavfi -i testsrc2=s=320x180:r=25:d=9" + tone + "-c:v mpeg4 -b:v 500k -bf 2 -g 50 -threads 1 -c:a libmp3lame whole.avi",
			"@keep 0 60% whole.avi cut.avi"}},
		Joined: {File: "joined.ts", Steps: []string{
			picture + "25" + tone + h264 + aac + "-f mpegts one.ts",
			"-f lavfi -i testsrc2=s=360x288:r=25:d=4.2" + tone + h264 + aac + "-output_ts_offset 100 -f mpegts two.ts",
			"@join one.ts two.ts one.ts joined.ts"}},
		OnePicture:        {File: "one-picture.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=25:d=0.04" + h264 + "one-picture.mp4"}},
		FlashBeep:         {File: "flash.mov", Steps: []string{flashBeep + "flash.mov"}},
		FlashBeepMatroska: {File: "flash.mkv", Steps: []string{flashBeep + "flash.mkv"}},
		CoverArt: {File: "cover.m4a", Steps: []string{
			"-f lavfi -i testsrc2=s=300x300:d=1 -frames:v 1 cover.png",
			tone + "-i cover.png -map 0 -map 1 -c:a aac -c:v png -disposition:v attached_pic cover.m4a"}},
		Feature: {File: "feature.mkv", Steps: []string{
			"@text '1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:09,000\nBye <i>you</i>\n' s.srt",
			"@text ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=5000\nEND=7000\ntitle=Opening\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=7000\nEND=9000\ntitle=The end\n' chapters.txt",
			"-itsoffset 0.4 " + picture + "25" + tone + tone + tone + "-i s.srt -i s.srt -i chapters.txt -map 0 -map 1 -map 2 -map 3 -map 4 -map 5 -map_metadata 6 -map_chapters 6" + h264 + aac +
				"-filter:a:1 volume=0.5 -c:s:0 srt -c:s:1 ass -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -metadata:s:a:2 language=eng -disposition:a:2 comment" +
				" -metadata:s:s:0 language=eng -metadata:s:s:1 language=fre -metadata:s:s:1 title=Sourds -disposition:s:1 hearing_impaired -output_ts_offset 5 feature.mkv"}},
		RadioStream:  {File: "radio.ts", Steps: []string{tone + tone + "-map 0 -map 1 -c:a mp2 -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -f mpegts radio.ts"}},
		Whole:        {File: "whole.mp4", Steps: []string{gops + "whole.mp4"}},
		Spoilt:       {File: "spoilt.mp4", Steps: []string{gops + "whole.mp4", "@spoil 1 400 40%,70% whole.mp4 spoilt.mp4"}},
		ManyStreams:  {File: "many.mkv", Steps: []string{"-f lavfi -i testsrc2=s=64x36:r=5:d=0.4 -f lavfi -i sine=d=0.4 -map 0" + strings.Repeat(" -map 1", 70) + h264 + "-c:a pcm_s16le many.mkv"}},
		Huge:         {File: "huge.mp4", Steps: []string{"-f lavfi -i color=gray:s=16384x8704:r=5:d=0.2 -c:v libx264 -preset ultrafast -threads 1 huge.mp4"}},
		FarTimestamp: {File: "far.mkv", Steps: []string{"-f lavfi -i testsrc2=s=64x36:r=25:d=1 -vf 'setpts=if(eq(N\\,24)\\,12800000/TB\\,PTS)' -fps_mode passthrough" + h264 + "far.mkv"}},
		Empty:        {File: "empty.mp4"},
		Text:         {File: "text.mp4", Bytes: "Dear diary, today I renamed a text to .mp4 and uploaded it to see what happens.\n"},
		Playlist:     {File: "playlist.mp4", Bytes: "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"},
		ConcatScript: {File: "concat.mp4", Bytes: "ffconcat version 1.0\nfile 'secret.ts'\n"},
		NoIndex:      {File: "no-index.mp4", Bytes: "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x01\x00\x00mdatcut off here"},
		HollowMP4:    {File: "hollow.mp4", Bytes: "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08moov\x00\x00\x00\x08mdat"},
	}
}
