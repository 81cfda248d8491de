"""Lists that people bring as files: any encoding, any delimiter, workbooks; rows in, who each row names out. Pure."""
