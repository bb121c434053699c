"""What people keep in spreadsheets: a listing as a row, a row as a listing. Pure: no database, no clock."""
