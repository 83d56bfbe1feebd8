package ids

// Segment is the address of one media segment: Number counts from 0 within Track.
type Segment struct {
	Video   VideoID
	Version VersionID
	Track   string
	Number  int
}
